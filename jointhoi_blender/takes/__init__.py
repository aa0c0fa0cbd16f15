"""From a clip to a take: hands, object keys and contact heatmap in the scene."""
