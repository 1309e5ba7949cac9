"""storEDGE's wire types: what its operations take, and the records that they give."""
