"""What people's decisions teach."""
