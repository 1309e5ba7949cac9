"""The sandbox: the whole product with no account, against strict stand-ins and a web console."""
