"""`python -m demo`."""

import sys

from demo.company import main

sys.exit(main())
