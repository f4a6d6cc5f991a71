"""Files are opened here and nowhere else: in a child process with limits, never in the process that answers people.

This package imports neither Django nor anything of the portal: the child loads it alone.
"""
