"""The pages: what people see in a browser, made on the server, by the same verbs as the API's answers."""
