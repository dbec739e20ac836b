"""The company that `make demo` plays, and the small OpenID provider that the demo and the tests share.

It talks to the connector as the world does, over HTTP, and never imports its inside.
"""
