"""What is published after a count, so that anybody can redo it: the files, and the program that checks them.

`verify.py` is one file without imports from us; it goes out with the others and runs on any computer.
"""
