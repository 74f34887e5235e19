"""What the README shows is so."""

import contextlib
import dataclasses
import io
import re
import unittest

from pomaidb import _options
from support import PYTHON, DatabaseTestCase, library_named

README = (PYTHON / "README.md").read_text("utf-8")


class ReadmeTest(DatabaseTestCase):
    def test_the_example_runs(self):
        [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
        self.assertIn('"/tmp/vec_db"', example)
        example = example.replace('"/tmp/vec_db"', repr(str(self.directory / "vec_db")))
        printed = io.StringIO()

        with library_named(None), contextlib.redirect_stdout(printed):
            exec(compile(example, "README.md", "exec"), {})

        self.assertRegex(printed.getvalue(), r"^\[2, 1\] \[3\.84\d*, 1\.92\d*\]\n$")

    def test_the_table_of_options(self):
        rows = re.findall(r"^\| `(\w+)` \| `(\S+)` \| (.*?) \|", README, re.MULTILINE)
        expected = []
        for field in dataclasses.fields(_options.Options):
            least_most = _options._RANGES.get(field.name)
            choices = {"fsync": _options._FSYNC, "metric": _options._METRICS}.get(field.name)
            accepted = "{} to {}".format(*least_most) if least_most else {f'`"{choice}"`' for choice in choices}
            default = f'"{field.default}"' if choices else str(field.default)
            expected.append((field.name, default, accepted))

        shown = [(name, default, set(text.split(", ")) if "`" in text else text) for name, default, text in rows]
        self.assertEqual(expected, shown)


if __name__ == "__main__":
    unittest.main()
