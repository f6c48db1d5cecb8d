"""ConnectWise PSA. The only folder that knows its manners."""
