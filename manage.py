#!/usr/bin/env python
"""Every command of Nöbet starts here."""

import sys

from config.console import answers

if __name__ == "__main__":
    sys.exit(answers.main(sys.argv))
