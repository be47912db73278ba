"""Looking into data, backbones and domains before anything is trained."""
