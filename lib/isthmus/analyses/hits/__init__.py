"""The papers that are cited most in their year, by country."""
