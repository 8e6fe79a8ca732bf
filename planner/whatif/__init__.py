"""What-if analysis: the same scenario with other numbers, asked again and again."""
