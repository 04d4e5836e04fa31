"""Values and rules of the task queue: pure, synchronous, standard library only.

Nothing here reads a clock, makes an id, logs or awaits. Time is an argument: `now`, in monotonic seconds.
"""
