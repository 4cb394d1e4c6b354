"""Edge lists per year: collaboration, citation, knowledge exchange; and what each country brings to them."""
