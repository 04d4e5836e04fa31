"""What people can see of a control plane beyond its present state: history, lists, errors, who did what.

All of it is fed by the events and by one tick per second. When nobody is to see it, it is not made, and costs nothing.
"""
