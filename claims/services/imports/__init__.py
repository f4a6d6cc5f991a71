"""What a cabinet's software sends in bulk: a file of dossiers, a folder of documents."""
