"""The model: how a clip becomes numbers, the network that denoises them, its training, its sampling and its
guidance.
"""
