"""What an expert writes by hand for each strategy, to measure the generated code against."""
