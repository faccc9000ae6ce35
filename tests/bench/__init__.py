"""`make bench`: the goals of speed and size, measured on this machine in one run. See RESULTS.md for the last one."""
