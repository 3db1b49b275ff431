"""What the tests of the running binary share: the processes they start, and
the means to look at them from outside. Nothing here knows how Afterhours works
inside; it speaks HTTP, reads logs, and sends signals.
"""
