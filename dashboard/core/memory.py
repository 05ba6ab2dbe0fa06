"""The memory of a process that serves."""

import gc


def settle() -> None:
    """Say that all there is now is there to stay, so that no collection of garbage looks at it again.

    For when the application is made and nothing was served yet. A full collection looks at every object and
    stops all threads meanwhile: 0.1 s for our tables, forms and libraries, in the middle of somebody's page.
    """
    gc.collect()
    gc.freeze()
