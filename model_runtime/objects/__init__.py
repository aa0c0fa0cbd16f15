"""From any triangle mesh to what the model needs: a clean metric mesh, a signed distance grid, contact points."""
