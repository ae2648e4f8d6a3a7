package python

import "iter"

// node is one entry of the flat tree: 24 bytes, no pointers.
type node struct {
	start, end uint32 // byte offsets
	parent     int32
	first      int32 // first child, 0 for none
	next       int32 // next sibling, 0 for none
	kind       Kind
	field      Field
	op         op
	flags      Flag
}

// Node is a handle on one node of a File's tree. It is comparable; the zero
// Node stands for "no node" and answers every method with a zero value.
type Node struct {
	f  *File
	id int32
}

// IsZero reports whether n stands for no node.
func (n Node) IsZero() bool { return n.f == nil }

// File returns the file the node belongs to.
func (n Node) File() *File { return n.f }

// Kind says what the node is, KindNone for the zero Node.
func (n Node) Kind() Kind {
	if n.f == nil {
		return KindNone
	}
	return n.f.nodes[n.id].kind
}

// Role returns the field under which the node hangs at its parent.
func (n Node) Role() Field {
	if n.f == nil {
		return FieldNone
	}
	return n.f.nodes[n.id].field
}

// Start is the byte offset of the node's first byte in Src.
func (n Node) Start() int {
	if n.f == nil {
		return 0
	}
	return int(n.f.nodes[n.id].start)
}

// End is the byte offset behind the node's last byte in Src.
func (n Node) End() int {
	if n.f == nil {
		return 0
	}
	return int(n.f.nodes[n.id].end)
}

// Text is the node's source text.
func (n Node) Text() string {
	if n.f == nil {
		return ""
	}
	nd := &n.f.nodes[n.id]
	return string(n.f.Src[nd.start:nd.end])
}

// Parent is the node above, the zero Node for the root.
func (n Node) Parent() Node {
	if n.f == nil || n.id == 0 {
		return Node{}
	}
	return Node{n.f, n.f.nodes[n.id].parent}
}

// Field is the first child with that role, or the zero Node.
func (n Node) Field(fd Field) Node {
	if n.f == nil {
		return Node{}
	}
	for c := n.f.nodes[n.id].first; c != 0; c = n.f.nodes[c].next {
		if n.f.nodes[c].field == fd {
			return Node{n.f, c}
		}
	}
	return Node{}
}

// All yields the children with that role in source order.
func (n Node) All(fd Field) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.f == nil {
			return
		}
		for c := n.f.nodes[n.id].first; c != 0; c = n.f.nodes[c].next {
			if n.f.nodes[c].field == fd && !yield(Node{n.f, c}) {
				return
			}
		}
	}
}

// Children yields the children in source order.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.f == nil {
			return
		}
		for c := n.f.nodes[n.id].first; c != 0; c = n.f.nodes[c].next {
			if !yield(Node{n.f, c}) {
				return
			}
		}
	}
}

// Descendants yields the node itself and every node below it, parents before
// their children and these in source order. It needs no stack, so it is safe on
// trees of any depth.
func (n Node) Descendants() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.f == nil {
			return
		}
		nodes := n.f.nodes
		id := n.id
		for {
			if !yield(Node{n.f, id}) {
				return
			}
			if c := nodes[id].first; c != 0 {
				id = c
				continue
			}
			for id != n.id && nodes[id].next == 0 {
				id = nodes[id].parent
			}
			if id == n.id {
				return
			}
			id = nodes[id].next
		}
	}
}

// Is reports whether the node carries all the given flags.
func (n Node) Is(flag Flag) bool {
	return n.f != nil && n.f.nodes[n.id].flags&flag == flag
}

// Op is the normalised operator of a UnaryOp, BinOp, BoolOp, AugAssign or
// Operator node ("not in", "is not", "!=" for "<>", "+=" ...), else "".
func (n Node) Op() string {
	if n.f == nil {
		return ""
	}
	switch nd := &n.f.nodes[n.id]; nd.kind {
	case KindUnaryOp, KindBinOp, KindBoolOp, KindOperator:
		return nd.op.String()
	case KindAugAssign:
		return nd.op.String() + "="
	}
	return ""
}
