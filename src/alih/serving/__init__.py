"""`alih serve`: a model behind HTTP, with a page for people and JSON for programs.

`app.build` makes the ASGI application, `server.serve` runs it. Needs the extra `serve`.
"""
