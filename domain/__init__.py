"""What is true, and who may change it. Imports no other room and knows no transport."""
