"""From count tables to protected tables, and the auditor that attacks them."""
