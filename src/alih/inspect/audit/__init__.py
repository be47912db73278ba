"""`alih audit`: what ruins a study of images, found before hours are spent."""
