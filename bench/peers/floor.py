"""Bare Flask: what the framework and the server cost before anything is done."""

from __future__ import annotations

from flask import Flask, Response, request

app = Flask("floor", static_folder=None)


@app.post("/Users")
def echo() -> Response:
    """Parse the JSON and send it back."""
    response = app.json.response(request.get_json(force=True))
    response.status_code = 201
    return response


@app.get("/gate")
def gate() -> Response:
    """Answer 200 with nothing."""
    return Response("", 200)
