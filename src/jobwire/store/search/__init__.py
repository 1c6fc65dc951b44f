"""Search over active jobs: an index beside the log, always able to be made again from it."""
