"""What every adapter of a port must do: classes that the adapters' own tests inherit, not collected by themselves."""

from pathlib import Path

import pytest

for module in Path(__file__).parent.glob(
    "[a-z]*.py"
):  # so that a failing assertion shows its values, as in test modules
    pytest.register_assert_rewrite(f"{__name__}.{module.stem}")
