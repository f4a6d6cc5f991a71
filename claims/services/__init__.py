"""What is done to dossiers and documents."""
