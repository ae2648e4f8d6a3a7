package diff

// grade says what a difference means for the layers and whether it matters.
func (b *builder) grade(d *Difference) {
	for _, c := range d.Consequences {
		d.Grade = max(d.Grade, c.Grade)
	}
	if d.Grade == 0 {
		d.Grade = NotKnown
	}
}
