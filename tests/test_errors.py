"""The error tree sorts by what to do next."""

from jobwire import errors


def test_every_error_says_what_to_do_next() -> None:
    kinds = (errors.RetryError, errors.SkipError, errors.StartOverError, errors.StopError)
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.JobwireError)]
    assert len(classes) > 15
    for cls in classes:
        if cls is not errors.JobwireError:
            assert sum(issubclass(cls, kind) for kind in kinds) == 1, cls
        assert cls.__doc__


def test_the_hint_is_part_of_the_message() -> None:
    assert str(errors.ConfigError("No such file.", hint="Create it.")) == "No such file. Create it."
