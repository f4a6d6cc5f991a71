"""Who is told what, and how it reaches them: listens to everybody."""
