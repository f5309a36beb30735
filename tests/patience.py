"""How long the tests wait for what is sure to come."""

#: It costs time only where a test fails; a bound that a test is about stands in that test.
PATIENCE_SECONDS = 60
