import type { CodeTests } from "../../src/core/index.js";

/** Right programs whose tests use all that crosses between program and judge; none may lose its reward, nor share its tests' process. */
export const crossing: readonly { readonly name: string; readonly code: string; readonly tests: CodeTests }[] = [
  {
    name: "lists and numbers",
    code: `def add(a,b): return a+b`,
    tests: {
      kind: "asserts",
      code: `assert add(1,2)==3
assert add([1],[2])==[1,2]`,
    },
  },
  {
    name: "generators and wrapped functions",
    code: `import functools
def double(f):
    @functools.wraps(f)
    def g(*a):
        return 2*f(*a)
    return g
@double
def add(a,b): return a+b
def squares(n):
    for i in range(n): yield i*i`,
    tests: {
      kind: "asserts",
      code: `assert add(1, 2) == 6
assert list(squares(4)) == [0, 1, 4, 9]
assert sum(squares(300)) == sum(i*i for i in range(300))
assert add.__name__=='add'`,
    },
  },
  {
    name: "dataclasses, enums, named tuples",
    code: `from dataclasses import dataclass
from collections import namedtuple, Counter
import enum
@dataclass
class P:
    x: int
    y: int = 2
Q = namedtuple('Q', 'a b')
class C(enum.Enum):
    R = 1
class I(enum.IntEnum):
    A=1
def count(s): return Counter(s)
def q(): return Q(3,4)`,
    tests: {
      kind: "asserts",
      code: `assert P(1) == P(1, 2)
assert P(1)!=P(3)
assert Q(1, 2) == (1, 2)
assert Q(1,2).a==1
assert C.R.value == 1
assert count('aab') == {'a': 2, 'b': 1}
assert C.R in list(C)
assert I.A==1
assert q()==(3,4)
assert isinstance(q(),Q)
assert isinstance(P(1),P)
assert repr(P(1))=='P(x=1, y=2)'
assert C['R'] is C.R
assert C(1) is C.R
assert P(1) in [P(1)]
assert [P(1),P(2)]==[P(1),P(2)]
assert hash(Q(1,2))==hash((1,2))
assert len(C)==1
assert I.A.name=='A'
assert I.A+1==2`,
    },
  },
  {
    name: "values of every type",
    code: `from fractions import Fraction
from decimal import Decimal
import math,datetime
def f(x): return x
def half(): return Fraction(1,2)`,
    tests: {
      kind: "asserts",
      code: `from fractions import Fraction
import datetime
assert half()==0.5
assert f(10**5000)==10**5000
assert f(-10**400)==-10**400
assert math.isnan(f(float('nan')))
assert str(f(-0.0))=='-0.0'
assert f(float('inf'))==float('inf')
assert f(1+2j)==1+2j
assert f(b'\\x00\\xff')==b'\\x00\\xff'
assert f('\\ud83d\\ude00\\udc80')=='\\ud83d\\ude00\\udc80'
assert f(frozenset([(1,2)]))==frozenset([(1,2)])
assert f({(1,2):[{}]})=={(1,2):[{}]}
assert f(range(3))==range(3)
assert f(slice(1,2))==slice(1,2)
assert f(...) is ...
assert f(datetime.datetime(2020,1,2,3))==datetime.datetime(2020,1,2,3)
assert f({1:2}.keys())=={1}
assert list(f({1:2}.items()))==[(1,2)]
assert type(f(True)) is bool
assert f(int) is int
assert f(bytearray(b'ab'))==b'ab'
assert f((7,))==(7,)
assert f([0])==[0] and f([[0]])==[[0]]`,
    },
  },
  {
    name: "changes in place and identity",
    code: `def pop(xs):
    if not xs: raise ValueError('empty')
    return xs.pop()
def apply(f,x): return f(x)
def same(x): return x
class Cache:
    def __init__(self,d): self.d=d
    def put(self,k,v): self.d[k]=v
    def items(self): return self.d
def setin(s): s.add(5); s.discard(1)
def upd(d): d['x']=1; d.pop('y',None)`,
    tests: {
      kind: "asserts",
      code: `xs=[1,2]
pop(xs)
assert xs==[1]
assert same(xs) is xs
d={}
c=Cache(d)
c.put('a',1)
assert d=={'a':1}
assert c.items() is d
d['b']=2
assert c.items()=={'a':1,'b':2}
s={1}
setin(s)
assert s=={5}
a=[]; a.append(a)
assert same(a) is a and same(a)[0] is a
assert apply(lambda v: v+1,1)==2
assert apply(len,[1,2])==2
e={'y':2}
upd(e)
assert e=={'x':1}
big=list(range(100000))
pop(big)
assert len(big)==99999`,
    },
  },
  {
    name: "exceptions of every make",
    code: `class MyErr(ValueError):
    def __init__(self, code):
        super().__init__('bad %s' % code); self.code=code
def f(x):
    if x==1: raise MyErr(7)
    if x==2: raise KeyError('k')
    if x==3: {}[3]
    if x==4:
        import json; json.loads('{')
    if x==5:
        try: 1/0
        except ZeroDivisionError as e: raise RuntimeError('outer') from e
    if x==6: int('x')
    if x==7: open('/nope')
    if x==8: raise SystemExit(3)
def call(g):
    try: g()
    except ValueError as e: return str(e)
def reraise(g): g()
`,
    tests: {
      kind: "unittest",
      mode: "module",
      code: `import unittest, io, contextlib
from solution import *
class T(unittest.TestCase):
    def test_a(self):
        with self.assertRaises(MyErr) as cm: f(1)
        self.assertEqual(cm.exception.code,7)
        self.assertEqual(str(cm.exception),'bad 7')
        self.assertIsInstance(cm.exception, ValueError)
    def test_b(self):
        with self.assertRaises(KeyError): f(2)
        self.assertRaises(KeyError,f,3)
        import json
        with self.assertRaises(json.JSONDecodeError): f(4)
        with self.assertRaises(RuntimeError) as cm: f(5)
        self.assertIsInstance(cm.exception.__cause__, ZeroDivisionError)
        with self.assertRaisesRegex(ValueError,'invalid literal'): f(6)
        with self.assertRaises(FileNotFoundError): f(7)
        with self.assertRaises(SystemExit): f(8)
    def test_c(self):
        def boom(): raise ValueError('x')
        self.assertEqual(call(boom),'x')
        class E(Exception): pass
        def boom2(): raise E('y')
        with self.assertRaises(E): reraise(boom2)
`,
    },
  },
  {
    name: "prints that the tests catch",
    code: `def hi(n):
  print('hi',n)
  return n`,
    tests: {
      kind: "unittest",
      mode: "module",
      code: `import unittest, io, contextlib
from solution import *
class T(unittest.TestCase):
    def test_a(self):
        b=io.StringIO()
        with contextlib.redirect_stdout(b): hi(3)
        self.assertEqual(b.getvalue(),'hi 3\\n')
`,
    },
  },
  {
    name: "classes, operators, contexts",
    code: `class Stack:
    size=0
    def __init__(self): self._i=[]
    def push(self,x): self._i.append(x); return self
    def pop(self):
        if not self._i: raise IndexError('empty')
        return self._i.pop()
    @property
    def top(self): return self._i[-1]
    def __len__(self): return len(self._i)
    def __iter__(self): return iter(self._i)
    def __contains__(self,x): return x in self._i
    def __getitem__(self,i): return self._i[i]
    def __enter__(self): return self
    def __exit__(self,*a): self._i.clear(); return False
    @classmethod
    def of(cls,*a):
        s=cls()
        for x in a: s.push(x)
        return s
    @staticmethod
    def z(): return 0
class Vec:
    def __init__(self,x,y): self.x,self.y=x,y
    def __add__(self,o): return Vec(self.x+o.x,self.y+o.y)
    def __mul__(self,k): return Vec(self.x*k,self.y*k)
    def __eq__(self,o): return isinstance(o,Vec) and (self.x,self.y)==(o.x,o.y)
    def __hash__(self): return hash((self.x,self.y))
    def __lt__(self,o): return self.x<o.x
    def __repr__(self): return f'Vec({self.x}, {self.y})'
    def __abs__(self): return (self.x**2+self.y**2)**.5
`,
    tests: {
      kind: "unittest",
      mode: "module",
      code: `import unittest, io, contextlib
from solution import *
class T(unittest.TestCase):
    def test_a(self):
        s=Stack(); s.push(1).push('a')
        self.assertEqual(len(s),2); self.assertEqual(s.top,'a'); self.assertIn(1,s); self.assertNotIn(3,s)
        self.assertEqual(list(s),[1,'a']); self.assertEqual(s[0],1); self.assertEqual([x for x in s],[1,'a'])
        self.assertEqual(s.pop(),'a'); s.pop()
        with self.assertRaises(IndexError): s.pop()
        self.assertFalse(s); self.assertEqual(len(Stack.of(1,2,3)),3); self.assertEqual(Stack.z(),0)
        with Stack.of(1) as t: self.assertEqual(len(t),1)
        self.assertEqual(len(t),0)
        t.size=5; self.assertEqual(t.size,5); self.assertEqual(Stack.size,0)
    def test_v(self):
        self.assertEqual(Vec(1,2)+Vec(3,4),Vec(4,6)); self.assertNotEqual(Vec(1,2),Vec(1,3)); self.assertEqual(repr(Vec(1,2)*2),'Vec(2, 4)')
        self.assertEqual(len({Vec(1,2),Vec(1,2)}),1); self.assertEqual(sorted([Vec(3,1),Vec(1,1)])[0].x,1); self.assertEqual(abs(Vec(3,4)),5.0)
        self.assertTrue(Vec(1,1)<Vec(2,2)); self.assertEqual(type(Vec(1,2)).__name__,'Vec'); self.assertIsInstance(Vec(1,2),Vec)
        self.assertIs(type(Vec(1,2)),Vec); self.assertFalse(Vec(1,2)==(1,2))
`,
    },
  },
  {
    name: "coroutines",
    code: `import asyncio
async def f(x):
    await asyncio.sleep(0)
    return x+1
async def g(n):
    for i in range(n): yield i`,
    tests: {
      kind: "asserts",
      code: `import asyncio
assert asyncio.run(f(1))==2
async def both():
    return await asyncio.gather(f(1),f(2))
assert asyncio.run(both())==[2,3]`,
    },
  },
  {
    name: "generators that are sent to, endless ones",
    code: `def acc():
    t=0
    while True:
        x=yield t
        t+=x
def inf():
    n=0
    while True:
        yield n; n+=1
import itertools
def it(): return map(str,[1,2])
`,
    tests: {
      kind: "asserts",
      code: `g=acc()
assert next(g)==0
assert g.send(5)==5
assert g.send(2)==7
import itertools
assert list(itertools.islice(inf(),100))==list(range(100))
assert list(it())==['1','2']
g.close()`,
    },
  },
  {
    name: "a function named as a built-in",
    code: `def sum(a,b): return a+b`,
    tests: { kind: "asserts", code: `assert sum(10,15)==25` },
  },
  {
    name: "decorators, composition, observers",
    code: `def memo(f):
    c={}
    def g(x):
        if x not in c: c[x]=f(x)
        return c[x]
    g.cache=c
    return g
def compose(*fs):
    def h(x):
        for f in fs: x=f(x)
        return x
    return h
class Obs:
    def __init__(self): self.fs=[]
    def on(self,f): self.fs.append(f); return f
    def fire(self,*a): return [f(*a) for f in self.fs]
`,
    tests: {
      kind: "asserts",
      code: `calls=[]
@memo
def sq(x):
    calls.append(x)
    return x*x
assert sq(3)==9 and sq(3)==9 and calls==[3]
assert compose(lambda x:x+1,str)(1)=='2'
o=Obs()
@o.on
def h(x): return x*2
assert o.fire(4)==[8]
assert h(1)==2
assert sq.cache=={3:9}`,
    },
  },
  {
    name: "set-up that builds a tree",
    code: `class Node:
    def __init__(s,v): s.v=v; s.left=None; s.right=None
def height(n): return 0 if n is None else 1+max(height(n.left),height(n.right))`,
    tests: {
      kind: "asserts",
      code: `assert height(root)==3`,
      setup: `root=Node(1)\r
root.left=Node(2)\r
root.left.right=Node(3)`,
    },
  },
  {
    name: "objects and streams of the tests' own",
    code: `def total(items): return sum(i.price*i.n for i in items)
def read(f): return [l.strip() for l in f]
def mk(c): return c(3)`,
    tests: {
      kind: "asserts",
      code: `import io
class Item:
    def __init__(self,p,n): self.price=p; self.n=n
assert total([Item(2,3),Item(1,1)])==7
assert read(io.StringIO('a\\nb\\n'))==['a','b']
assert mk(Item.__init__ and (lambda v: Item(v,1))).price==3
assert list(map(total,[[Item(1,1)]]))==[1]`,
    },
  },
  {
    name: "unittest in the same file",
    code: `def add(a, b):
    print("adding")
    return a + b`,
    tests: {
      kind: "unittest",
      mode: "same_file",
      code: `import unittest
class T(unittest.TestCase):
    def setUp(self):
        self.n = 1
    def test_a(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertEqual(add(self.n, i), 1 + i)
if __name__ == '__main__':
    unittest.main()
`,
    },
  },
];
