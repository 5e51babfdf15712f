"""The models and the questions with Django: an app for each strategy."""
