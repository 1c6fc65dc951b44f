"""What people see in a browser: the public page, the operator's console, documentation, the playground."""
