"""How people come in and what becomes of them: invitations, sign-in, second factor, contacts, exports, their pages."""
