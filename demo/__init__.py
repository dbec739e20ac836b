"""The company that `make demo` plays, and the small OpenID provider that the demo and the tests share.

An operator's set-up goes through the use cases; everything else goes over HTTP, as the world speaks to the connector.
It must never take the connector's word for what it claims: gates are asked, letters are opened.
"""
