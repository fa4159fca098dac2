"""E-mail in: a letter becomes a ticket or a reply, or lies in the tray with the reason why not. None is lost.

charsets       bytes as text, in the charsets of this country, declared or not (pure)
html_text      a letter's page as text (pure)
parsing        a letter's bytes as values, bounded (pure)
quotes         what the writer wrote in a reply, without the quotation (pure)
auto_replies   which letters are answered by nobody: bounces, absence, lists, our own (pure)
sender_proof   what our receiving server found out about the sender (pure)
conversations  which ticket a letter is about
copies         who stands in copy: they follow, or are only shown
bounces        letters of ours that came back
intake         one letter, one verb, once
tray           who is this? tie an address, file what waits, put aside
fetching       reading the mailbox over IMAP
oauth          signing in there without a password
"""
