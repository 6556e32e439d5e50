"""What holds for every test: hypothesis judges answers, never the speed of the machine."""

from hypothesis import settings

settings.register_profile("mutualpod", deadline=None)
settings.load_profile("mutualpod")
