"""What people and programs are shown: the same plain data as JSON, text, SARIF or a page. Never a value unasked."""
