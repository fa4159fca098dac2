"""Who carries messages: the console, Twilio, a domestic operator, the mail server."""
