"""torch_xla.runtime"""

kind = "CPU"


def set_device_type(name: str) -> None:
    global kind
    kind = name
