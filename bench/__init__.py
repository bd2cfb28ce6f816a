"""Speed of the product beside floors: the smallest Django applications that do the same work, in the same run."""
