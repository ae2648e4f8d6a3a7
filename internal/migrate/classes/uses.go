package classes

func (w *rewriter) uses() {}
