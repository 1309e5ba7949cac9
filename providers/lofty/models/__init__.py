"""What Lofty's operations take and give, a file for each section of its document."""
