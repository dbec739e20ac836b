"""The benchmark: Jumpseat and its peers in one run, on this machine, over loopback; README.md says how to read it."""
