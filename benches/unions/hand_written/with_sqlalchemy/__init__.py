"""The models and the questions with SQLAlchemy: a module for each strategy."""
