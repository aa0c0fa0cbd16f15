"""What a generation is conditioned on: the sentence, and the hands that it names."""
