"""E-mail, SMS and webhooks on their way out: queued, posted, receipted.

batch     messages that belong together: one text's recipients, one sender, one lane
message   one address in one batch; the row is the delivery
attempt   one posting of a message to a gateway, written before the call
lane      how urgent a batch is: life-safety, operational, information, drill
gateway   who carries it: console, Twilio, a domestic operator, the mail server, webhooks
in doubt  posted, and nobody knows whether it was accepted; looked up, never guessed
successor whoever hears it when the first reader cannot
receipt   what the gateway later says became of a message
"""
