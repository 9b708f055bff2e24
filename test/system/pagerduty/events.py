"""Carries out one call of PagerDuty's client for Python: its argument is a JSON object with `url`, `key`, `call` and `data`."""

import json
import sys

from pagerduty import Error, EventsApiV2Client

asked = json.loads(sys.argv[1])
client = EventsApiV2Client(asked["key"], base_url=asked["url"])
try:
    answer = {"key": getattr(client, asked["call"])(**asked["data"])}
except Error as error:
    answer = {"error": type(error).__name__, "message": str(error)}
print(json.dumps(answer))
